import promises from 'node:fs/promises';

const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/**
 * Lets the code of this process believe that it runs on a kernel that was started anew with each call.
 * @returns starts the machine anew
 */
export function withMachine(): () => void {
  const { readFile } = promises;
  let boot: string | undefined;
  beforeAll(() => {
    jest
      .spyOn(promises, 'readFile')
      .mockImplementation(((...args: Parameters<typeof readFile>) =>
        args[0] === BOOT_ID && boot !== undefined
          ? Promise.resolve(boot)
          : readFile(...args)) as typeof readFile);
  });
  afterEach(() => {
    boot = undefined;
  });
  afterAll(() => jest.restoreAllMocks());
  return () => {
    boot = crypto.randomUUID();
  };
}
