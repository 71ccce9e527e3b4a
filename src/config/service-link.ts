/** Such as `LOOM_SERVICE_HOST` and `LOOM_PORT_3060_TCP_ADDR`. */
const NAME = /_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:ADDR|PORT|PROTO))?)$/;
const ADDRESS = /^(?:tcp|udp|sctp):\/\//;

/**
 * Whether Kubernetes has set a variable, for a service whose name begins with `loom`. For example, `LOOM_PORT=tcp://10.0.0.1:3060` is not the port on
 * which Loom is to listen.
 */
export function isServiceLink(variable: string, value: string): boolean {
  return NAME.test(variable) || (variable.endsWith('_PORT') && ADDRESS.test(value));
}
