import { join } from 'node:path';
import type { Annotation } from '../../../src/markers/fold';
import { FoldTree, type TreeFold } from '../../../src/markers/fold-tree';
import { MARKER_PATTERN, markersOf } from '../../../src/markers/markers-of';
import { goldenCases } from '../golden';

describe.each(['github', 'gitlab', 'buildkite'])('the golden file of %s', (name) => {
  it.each(goldenCases(join(__dirname, 'golden', `${name}.txt`)))('$title', ({ input, expected }) => {
    const tree = new FoldTree();
    for (const [at, line] of input.entries())
      for (const marker of markersOf(line)) tree.add(at + 1, marker, true);
    const found = [...tree.folds.map(describedFold), ...tree.annotations.map(describedAnnotation)];
    expect(found.length === 0 ? ['nothing'] : found).toEqual(expected);
  });

  it('the search on the server finds every line that has markers', () => {
    const pattern = new RegExp(MARKER_PATTERN, 'v');
    const lines = goldenCases(join(__dirname, 'golden', `${name}.txt`)).flatMap(({ input }) => input);
    const marked = lines.filter((line) => markersOf(line).length > 0);
    expect(marked.length).toBeGreaterThan(5);
    expect(marked.filter((line) => !pattern.test(line))).toEqual([]);
    expect(MARKER_PATTERN.length).toBeLessThan(1_024);
  });
});

function describedFold({ line, end, parent, closed, muted, seconds, title }: TreeFold): string {
  return [
    `fold ${line}-${end ?? '…'}`,
    ...(parent === undefined ? [] : [`in ${parent.line}`]),
    closed ? 'closed' : 'open',
    ...(muted ? ['muted'] : []),
    ...(seconds === undefined ? [] : [`${seconds}s`]),
    JSON.stringify(title),
  ].join(' ');
}

function describedAnnotation({ level, line, file, fileLine, title, message }: Annotation): string {
  return [
    level,
    line,
    ...(file === undefined ? [] : [fileLine === undefined ? file : `${file}:${fileLine}`]),
    ...(title === undefined ? [] : [JSON.stringify(title)]),
    JSON.stringify(message),
  ].join(' ');
}
