import { median } from '../harness/statistics.mjs';

/** The records of a run, looked at by target and workload. Only what was measured and found right counts. */
export class Results {
  constructor(run) {
    this.run = run;
    this.targets = [...new Set(run.records.map(({ target }) => target))];
    this.workloads = [...new Set(run.records.map(({ workload }) => workload))].filter((name) => name !== '*');
  }

  all(target, workload) {
    return this.run.records.filter((record) => record.target === target && record.workload === workload);
  }

  good(target, workload) {
    return this.all(target, workload).filter((record) => record.isGood);
  }

  /** @param pick a field's name, or a function of a record. @returns NaN when there is none */
  median(target, workload, pick) {
    const of = typeof pick === 'function' ? pick : (record) => record[pick];
    return median(this.good(target, workload).map(of));
  }

  /** Of the medians of this one run: figures of different runs do not compare. */
  ratio(workload, pick, target, reference) {
    return this.median(target, workload, pick) / this.median(reference, workload, pick);
  }
}
