import { basename } from 'node:path';
import { LogError } from '../../../core/log/errors';
import type { Layout } from '../disk/layout';
import type { Inventory, Orphan } from './inventory';

/** How many of the orphans an error names. */
const NAMED = 3;

/** @throws LogError `STORE_DAMAGED` unless the facts are those of the files beside them */
export function assertFactsMatchFiles(
  layout: Layout,
  inventory: Inventory,
  facts: 'missing' | 'empty' | 'there',
): void {
  const { orphans, isOlder } = inventory;
  assertNoMissingFolders(layout, inventory);
  if (orphans.length === 0 && !isOlder) return;
  const name = basename(layout.facts);
  throw new LogError(
    'STORE_DAMAGED',
    `${complaint(layout, inventory, facts)}. Nothing was changed. Put the right ${name} back, or run ${layout.recoverCommand}, which brings the streams back`,
  );
}

/** A recovery would also take open logs for empty, and their bytes for lost. @throws LogError `STORE_DAMAGED` */
export function assertNoMissingFolders(layout: Layout, { missingFolders }: Inventory): void {
  if (missingFolders.length === 0) return;
  const isAll = missingFolders.includes(layout.logs);
  const what = isAll
    ? `${layout.logs} holds no streams`
    : `Folders are missing in ${layout.logs} (${namesOfFolders(missingFolders)})`;
  const wayOut = isAll
    ? `Put the right folder back. If it is lost for good, move ${basename(layout.facts)} away: the store begins anew then`
    : 'Put them back. If they are lost for good, make empty ones: what was in them counts as lost then';
  throw new LogError(
    'STORE_DAMAGED',
    `${what}, and ${layout.facts} knows open streams whose bytes were there. Nothing was changed. ${wayOut}`,
  );
}

function namesOfFolders(paths: readonly string[]): string {
  const more = paths.length > NAMED ? [`and ${paths.length - NAMED} more`] : [];
  return [...paths.slice(0, NAMED).map((path) => basename(path)), ...more].join(', ');
}

function complaint(layout: Layout, { orphans }: Inventory, facts: 'missing' | 'empty' | 'there'): string {
  if (orphans.length === 0) return `${layout.facts} is older than the streams in ${layout.logs}`;
  const count = `${orphans.length} ${orphans.length === 1 ? 'stream' : 'streams'}`;
  const which = `${count} in ${layout.logs} (${namesOf(layout, orphans)})`;
  if (facts !== 'there')
    return `${layout.facts} is ${facts}, and there ${orphans.length === 1 ? 'is' : 'are'} ${which}`;
  return `${layout.facts} does not know ${which}: it is older than they are, or of another store`;
}

function namesOf(layout: Layout, orphans: readonly Orphan[]): string {
  const names = orphans.slice(0, NAMED).map((orphan) => nameOf(layout, orphan));
  const more = orphans.length > NAMED ? [`and ${orphans.length - NAMED} more`] : [];
  return [...names, ...more].join(', ');
}

function nameOf(layout: Layout, { generation, hasFile, facts }: Orphan): string {
  const file = layout.logOf(generation).slice(layout.logs.length + 1);
  return hasFile || facts === undefined ? file : `${facts.info.id}, which is empty`;
}
