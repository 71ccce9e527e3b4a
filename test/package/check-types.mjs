// Prints what @arethetypeswrong finds in a tarball, as JSON: the core alone, since its command line is 34 more packages for a table.
import { readFileSync } from 'node:fs';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';

const { types, problems } = await checkPackage(createPackageFromTarballData(readFileSync(process.argv[2])));
process.stdout.write(JSON.stringify({ kind: types === false ? false : types.kind, problems }));
