import type { Option } from './option';
import type { OPTIONS } from './options';

export type { AllowedOrigins } from './origins';
export type { RelayName } from './relay-options';
export type { TokenEntry, TokenScope } from './tokens';

type Values<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends Option<infer Value> ? Value : Values<Table[Name]>;
};

/** The value of every setting, deeply frozen. Durations are milliseconds, sizes are bytes, and `off` is `undefined`. */
export type Config = Omit<Values<typeof OPTIONS>, 'workers'> & { readonly workers: number };
