import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { PEERS, programOfPeer } from './home.mjs';

/** A part of a target that is not there. The message says how to install it; the target is skipped. */
export class MissingPart extends Error {
  name = 'MissingPart';
}

/** A program of a Debian package. */
export const debianProgram = (name, debianPackage = name) => ({
  name,
  isThere: () => isOnPath(name),
  remedy: `apt-get install -y ${debianPackage}`,
});

/** A file of a Debian package. */
export const debianFile = (path, debianPackage) => ({
  name: path,
  isThere: () => existsSync(path),
  remedy: `apt-get install -y ${debianPackage}`,
});

/** A package of peers/package.json, or of another that is installed in `folder`. */
export const peerPackage = (name, folder = PEERS) => ({
  name: `${name} (npm)`,
  isThere: () => existsSync(join(folder, 'node_modules', name)),
  remedy: 'npm run bench:peers',
});

/** A program of peers/crates.mjs. */
export const crateProgram = (name) => ({
  name: `${name} (crates.io)`,
  isThere: () => existsSync(programOfPeer(name)),
  remedy: 'npm run bench:peers -- rust',
});

/** A program that no package registry has. @param home where it is from */
export const foreignProgram = (name, home) => ({
  name: `${name} (${home})`,
  isThere: () => existsSync(programOfPeer(name)),
  remedy: `put it at ${programOfPeer(name)}`,
});

/** @throws MissingPart naming everything that is missing, and what brings it */
export function assertInstalled(parts = []) {
  const missing = parts.filter((part) => !part.isThere());
  if (missing.length === 0) return;
  const remedies = [...new Set(missing.map((part) => part.remedy))];
  throw new MissingPart(
    `${missing.map((part) => part.name).join(', ')} is missing: ${remedies.join(' && ')}`,
  );
}

function isOnPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      // Not in this folder: the next one may have it.
      return false;
    }
  });
}
