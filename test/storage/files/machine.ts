import promises from 'node:fs/promises';

const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/**
 * Gives the code of this process a new boot id with each call.
 * @returns simulates a reboot
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
