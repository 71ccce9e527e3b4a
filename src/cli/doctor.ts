import { isClientError } from '../client';
import type { Invocation } from './arguments/command';
import { EXIT } from './exit-code';
import { errorText } from './output/error-text';
import { type Io, write } from './output/io';
import { printable } from './output/printable';
import { packageVersion } from './package-version';
import type { ServerAbout } from './server/server-about';
import { ServerQuestions } from './server/server-questions';

/** The result of one examination. */
interface Finding {
  readonly verdict: 'ok' | 'warning' | 'failure';
  readonly text: string;
}

/** The clock of an answer has no fractions of a second. */
const CLOCK_TOLERANCE_MS = 2_000;
/** What a producer and a reader need. */
const USUAL_SCOPES: readonly string[] = ['produce', 'consume'];

/** Runs `stream doctor`: examines the server, as this token sees it. @returns the exit code */
export async function doctor(invocation: Invocation, io: Io): Promise<number> {
  const server = new ServerQuestions(invocation);
  let hasFailed = false;
  const report = async (name: string, { verdict, text }: Finding): Promise<void> => {
    hasFailed ||= verdict === 'failure';
    await write(io.stdout, `${verdict.padEnd(7)}  ${name.padEnd(7)}  ${printable(text)}\n`);
  };
  const reached = await reach(server, invocation.url);
  await report('server', reached.server);
  if (reached.clock === undefined) return EXIT.failed;
  await report('clock', reached.clock);
  const about = await server.about().catch((error: unknown) => ({ error }));
  await report('version', versionOf(about));
  await report('token', tokenOf(about, invocation.token !== undefined));
  await report('store', await storeOf(server, about));
  return hasFailed ? EXIT.failed : EXIT.ok;
}

type About = ServerAbout | { readonly error: unknown };

async function reach(server: ServerQuestions, url: string): Promise<{ server: Finding; clock?: Finding }> {
  const asked = Date.now();
  const begun = performance.now();
  try {
    const clock = await server.reach();
    const ms = performance.now() - begun;
    const answers = ok(`${url} answers in ${ms.toFixed(ms < 10 ? 1 : 0)} ms`);
    return { server: answers, clock: clockOf(clock, asked + ms / 2) };
  } catch (error) {
    return { server: failure(errorText(error)) };
  }
}

/** @param here the time on this machine when the server answered */
function clockOf(there: number | undefined, here: number): Finding {
  if (there === undefined) return warning('the answer has no date');
  // The date has no fraction: on average, half a second is missing.
  const ahead = there + 500 - here;
  if (Math.abs(ahead) <= CLOCK_TOLERANCE_MS) return ok('as the clock of this machine');
  const seconds = Math.round(Math.abs(ahead) / 1_000);
  return warning(
    `${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} the clock of this machine: ages and times such as --since 10m are those of the server`,
  );
}

function versionOf(about: About): Finding {
  const own = packageVersion();
  if ('error' in about)
    return isOlder(about.error)
      ? warning('an older server: it does not say')
      : warning('the server does not say');
  if (about.version === own) return ok(`${own}, as this command`);
  return warning(`the server is ${about.version}, this command ${own}`);
}

function tokenOf(about: About, isGiven: boolean): Finding {
  if ('error' in about)
    return isOlder(about.error)
      ? warning('an older server: it does not say what the token allows')
      : failure(errorText(about.error));
  const { hasTokens, scopes, prefix } = about;
  if (!hasTokens)
    return ok(
      `the server has no tokens: everyone may do everything${isGiven ? '; yours is not needed' : ''}`,
    );
  const missing = USUAL_SCOPES.filter((scope) => !scopes.includes(scope));
  const reach = prefix === '' ? 'all streams' : `streams whose id begins with ${prefix}`;
  const text = `${scopes.join(', ') || 'no scope'}; ${reach}`;
  return missing.length === USUAL_SCOPES.length ? warning(`${text}; it can neither send nor read`) : ok(text);
}

async function storeOf(server: ServerQuestions, about: About): Promise<Finding> {
  try {
    await server.assertReady();
    return ok('error' in about ? 'takes appends' : `${about.store}, takes appends`);
  } catch (error) {
    return failure(errorText(error));
  }
}

function isOlder(error: unknown): boolean {
  return isClientError(error, 'REFUSED') && /older version/.test(error.message);
}

function ok(text: string): Finding {
  return { verdict: 'ok', text };
}

function warning(text: string): Finding {
  return { verdict: 'warning', text };
}

function failure(text: string): Finding {
  return { verdict: 'failure', text };
}
