import type { Config } from '../config/config';
import type { Warn } from '../core/store/warnings';

export type ConnectionSettings = Config['redis'] & { readonly warn: Warn };
