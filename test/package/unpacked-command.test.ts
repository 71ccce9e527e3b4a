import { mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { blocksOf } from '../ci/document';
import { withEmptyProject } from './packed-package';

const { version } = require('../../package.json');
const project = withEmptyProject();

it('the unpacked package is a command that needs no other package, as docs/ci.md says', async () => {
  const [pack, unpack = ''] = blocksOf('Get `stream`');
  expect(pack).toContain('npm pack --ignore-scripts\n');
  const job = project.path('job');
  mkdirSync(job);
  renameSync(project.tarball, path.join(job, path.basename(project.tarball)));
  const lines = `cd job\nset -eu\n${unpack}command -v stream`;
  expect(await project.run('sh', '-c', lines)).toBe(`stream ${version}\n${job}/package/bin/stream\n`);
});
