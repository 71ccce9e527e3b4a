// Writes docs/glossary.md from the first sentence above each exported type. With --check it writes nothing and fails if the page
// differs, or if a type has no sentence.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));
const PAGE = fileURLToPath(new URL('../docs/glossary.md', import.meta.url));
/** What a function or a constructor takes is no noun of its own. */
const IS_ARGUMENT = /(?:Options|Dependencies|Settings|Limits|Hooks|Handlers|Context)$/;
const EXPORTED_TYPE =
  /(?:^\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?^export (?:abstract )?(?:interface|type|class|enum) (\w+)/gm;
const HEAD = `# Glossary

<!-- Generated from the comments of the code by \`node scripts/glossary.mjs\`. -->

Every noun that a folder exports, except the arguments of functions. [architecture.md](architecture.md) introduces the ones that you need first.
`;

const nouns = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .map((file) => file.split(path.sep).join('/'))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  .flatMap(nounsOf)
  .filter(({ name }) => !IS_ARGUMENT.test(name));
const text = render();

if (!process.argv.includes('--check')) writeFileSync(PAGE, text);
else if (readFileSync(PAGE, 'utf8') !== text)
  fail('docs/glossary.md differs. Run: node scripts/glossary.mjs');
const silent = nouns.filter(({ meaning }) => meaning === '');
if (silent.length > 0)
  fail(`without a sentence above it: ${silent.map(({ file, name }) => `${file} ${name}`).join(', ')}`);

function nounsOf(file) {
  const source = readFileSync(path.join(SRC, file), 'utf8');
  return [...source.matchAll(EXPORTED_TYPE)].map(([, comment = '', name]) => ({
    name,
    file,
    folder: path.posix.dirname(file),
    meaning: firstSentence(comment),
  }));
}

/** Of the first paragraph: lists and tags follow it. */
function firstSentence(comment) {
  const [paragraph = ''] = comment
    .replace(/^\s*\* ?/gm, '')
    .trim()
    .split(/\n\n|\n@|\s@(?:param|returns|throws)/);
  const words = paragraph.replace(/\s+/g, ' ').trim();
  return /^.*?[.:;](?= [A-Z`]|$)/.exec(words)?.[0].replace(/[:;]$/, '.') ?? words;
}

function render() {
  const folders = [...new Set(nouns.map(({ folder }) => folder))].sort();
  return HEAD + folders.map(renderFolder).join('');
}

function renderFolder(folder) {
  const rows = nouns
    .filter((noun) => noun.folder === folder)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(
      ({ name, meaning }) => `| \`${name}\` | ${meaning.replaceAll('|', '\\|').replaceAll('<', '&lt;')} |\n`,
    );
  return `\n## ${folder === '.' ? 'src' : folder}\n\n| | |\n|---|---|\n${rows.join('')}`;
}

function fail(why) {
  console.error(why);
  process.exitCode = 1;
}
