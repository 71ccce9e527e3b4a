import type { ServerResponse } from 'node:http';
import type { Meters } from '../../metrics/meters';
import type { WireMeter } from '../../metrics/wire-meter';
import { cutReasonOf } from '../errors/cut';
import { refusalOf } from '../errors/refusal';
import { isLongLived } from '../live/long-lived';
import type { RequestRecord } from './request-record';

const NO_STATUS = 0;

/** Counts a request, once its response has closed. @param meter that of its wire */
export function countRequest(
  meters: Meters,
  meter: WireMeter,
  { route, method, began, isTimed }: RequestRecord,
  res: ServerResponse,
): void {
  const answers = meter.answers.of(route, method);
  const status = res.headersSent ? res.statusCode : NO_STATUS;
  answers.count(status);
  if (!res.writableFinished) {
    const reason = cutReasonOf(res);
    if (reason !== undefined) meters.countCut(reason);
  } else if (isTimed && !isLongLived(res)) {
    answers.time((performance.now() - began) / 1_000);
  }
  const code = status >= 400 ? refusalOf(res) : undefined;
  if (code !== undefined) meters.countRefused(code);
}
