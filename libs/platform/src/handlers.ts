/** The methods of an application that may answer requests: what looks through its routes goes over these. */
import { MetadataScanner, type DiscoveryService } from '@nestjs/core';

/** A method of a controller. Its metadata and that of the controller say which route it answers, if any. */
export interface ControllerMethod {
  readonly controller: { readonly name: string };
  readonly name: string;
  readonly method: object;
}

/** Every method of every controller. */
export const handlersOf = (discovery: DiscoveryService): readonly ControllerMethod[] => {
  const scanner = new MetadataScanner();
  return discovery.getControllers().flatMap(({ metatype }) => {
    if (typeof metatype !== 'function') return [];
    const prototype = metatype.prototype as Readonly<Record<string, object>>;
    return scanner.getAllMethodNames(prototype).map((name) => ({ controller: metatype, name, method: prototype[name] ?? {} }));
  });
};
