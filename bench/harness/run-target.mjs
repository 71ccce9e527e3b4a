import { readFileSync } from 'node:fs';
import { WORKLOADS } from '../workloads/index.mjs';
import { assertInstalled, MissingPart } from './missing.mjs';
import { Session } from './session.mjs';
import { Stage } from './stage.mjs';
import { touchMemory } from './touch-memory.mjs';

/**
 * Starts a target and measures the workloads on it.
 * @param name such as `nchan:redis`: a file of targets/, and what it makes of the word after the colon
 * @returns a record for each workload; one record of workload `*` when the target could not be measured at all
 */
export async function* runTarget(name, workloads, sizes, round) {
  const target = await loadTarget(name);
  const record = { target: name, round };
  const todo = workloads.filter((workload) => target.only?.includes(workload) ?? true);
  if (todo.length === 0) return;
  const stages = new Stages(target, sizes);
  try {
    assertInstalled(target.needs);
    for (const workload of todo) {
      if (target.skip?.[workload]) yield { ...record, workload, skip: target.skip[workload] };
      else yield { ...record, workload, ...(await measure(await stages.for(workload), workload)) };
    }
  } catch (error) {
    const how =
      error instanceof MissingPart ? { skip: error.message } : { isGood: false, note: error.message };
    yield { ...record, workload: '*', ...how };
  } finally {
    await stages.clear();
  }
}

/** One process serves workload after workload, until it ends by itself or a workload wants a fresh one. */
class Stages {
  #target;
  #sizes;
  #run;
  #isUsed = false;

  constructor(target, sizes) {
    this.#target = target;
    this.#sizes = sizes;
  }

  async for(workload) {
    const isFit = this.#run?.stage.casualty === undefined && !(this.#isUsed && WORKLOADS[workload].isFresh);
    if (!isFit) await this.clear();
    this.#run ??= await open(this.#target, this.#sizes);
    this.#isUsed = true;
    return this.#run;
  }

  async clear() {
    await this.#run?.stage.clear();
    this.#run = undefined;
    this.#isUsed = false;
  }
}

export async function loadTarget(name) {
  const [file, variant] = name.split(':');
  const { default: define } = await import(`../targets/${file}.mjs`);
  return define(variant);
}

export async function open(target, sizes) {
  const stage = new Stage(sizes);
  try {
    const began = performance.now();
    const server = await target.start(stage);
    const session = new Session(target, server, sizes);
    session.startSeconds = (performance.now() - began) / 1000;
    session.bulkId = server.bulkId;
    return { stage, session };
  } catch (error) {
    await stage.clear();
    throw error;
  }
}

async function measure({ stage, session }, workload) {
  const { target, sizes } = session;
  const machineLoad = Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0]);
  if (WORKLOADS[workload].takesMemory) touchMemory(sizes.bulk);
  session.begin();
  let result;
  try {
    const run = target.measure?.[workload] ?? WORKLOADS[workload].run;
    result = await run(session, sizes);
  } catch (error) {
    result = { isGood: false, note: error.message };
  }
  if (result.skip) return result;
  const { spent = session.spent(), ...rest } = result;
  const casualty = stage.casualty;
  if (casualty === undefined) return { ...rest, ...costs(spent, rest.work), machineLoad };
  return { ...rest, isGood: false, note: `${casualty.title} ended: ${casualty.lastWords()}`, machineLoad };
}

function costs(spent, work) {
  const cpu = spent.cpuApp + spent.cpuRedis;
  // Where nothing runs but a client, as with a plain file, there is no server whose CPU could count.
  return { ...spent, ...(work && cpu > 0 && { cpuPerUnit: cpu / work }) };
}
