import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BIN } from '../cli/stream-process';

/** `make test` prints to both outputs and fails if FAIL is set; `make much` prints more than a pipe holds. */
const MAKEFILE = `
.PHONY: test much
test:
	@echo one
	@echo two >&2
	@test -z "$$FAIL" || exit 7
	@echo three
much:
	@seq 1 100000
	@touch finished
`;

/** What a build prints that succeeds: one of the lines by standard error. */
export const PRINTED = ['one', 'three', 'two'];

/** A directory with a Makefile, and `stream` on the PATH. */
export class Workspace {
  readonly directory = mkdtempSync(join(tmpdir(), 'loom-ci-'));

  constructor() {
    mkdirSync(join(this.directory, 'bin'));
    symlinkSync(BIN, join(this.directory, 'bin/stream'));
    this.write('Makefile', MAKEFILE);
  }

  write(name: string, text: string, mode = 0o644): void {
    writeFileSync(join(this.directory, name), text, { mode });
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  /** @param url of the server */
  env(url: string, more: Readonly<Record<string, string>> = {}): Record<string, string> {
    const { PATH = '', HOME = '' } = process.env;
    return { PATH: `${this.directory}/bin:${PATH}`, HOME, TMPDIR: this.directory, LOOM_URL: url, ...more };
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
