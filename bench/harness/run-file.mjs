import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** In these a run that goes on has to be as it was, or its figures do not compare. */
const MUST_MATCH = ['commit', 'machine', 'scale'];

/**
 * The file of a run. What of it is whole when the run is stopped is a target in a round: its workloads share a process, so that one
 * that was stopped among them is measured again.
 */
export class RunFile {
  #path;
  #run;
  /** Of the target that is being measured. */
  #records = [];

  /** @param run what is known of it before anything was measured */
  constructor(path, run) {
    this.#path = path;
    this.#run = { ...run, records: [], paces: [], finished: [] };
  }

  /** Takes over what the file has, if there is one. @throws when that was measured otherwise */
  resume() {
    if (!existsSync(this.#path)) return;
    const before = JSON.parse(readFileSync(this.#path, 'utf8'));
    const other = MUST_MATCH.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(this.#run[key]));
    if (other.length > 0) throw new Error(`${this.#path} has another ${other.join(', ')}: begin a new file`);
    const { at, records, paces, finished } = before;
    this.#run = { ...this.#run, at, records, paces, finished };
    this.#run.records = records.filter(({ target, round }) => this.isFinished(target, round));
  }

  /** All that was measured, of the target at hand as well. */
  get run() {
    return { ...this.#run, records: [...this.#run.records, ...this.#records] };
  }

  isFinished(target, round) {
    return this.#run.finished.some((each) => each.target === target && each.round === round);
  }

  /** @param pace of a round: what the machine takes for a request to a bare server */
  addPace(pace) {
    this.#run.paces.push(pace);
  }

  hasPaceOf(round) {
    return this.#run.paces.some((pace) => pace.round === round);
  }

  add(record) {
    this.#records.push(record);
    this.#write(this.run);
  }

  finish(target, round) {
    this.#run = this.run;
    this.#records = [];
    this.#run.finished.push({ target, round });
    this.#write(this.#run);
  }

  /** The one before stays until the next is whole. */
  #write(run) {
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(`${this.#path}.new`, JSON.stringify(run));
    renameSync(`${this.#path}.new`, this.#path);
  }
}
