/** The interface is complete and agrees with the domain: one route per command, each with the roles that its handler lets act. */
import { RequestMethod } from '@nestjs/common';
import { accessTable, voucherContracts } from '@yrd/contracts';
import type { Actor, DomainEvent, Fold, Turn } from '@yrd/ledger';
import { offeredBy } from '@yrd/platform';
import { agency, order, personCommands, subject, type PersonCommand } from '@yrd/voucher';
import { controllers } from './voucher-module.js';

const names = Object.keys(personCommands) as PersonCommand[];

interface Route {
  readonly method: object;
  readonly verb: RequestMethod;
  readonly address: string;
}
const read = (key: string, of: object): unknown => Reflect.getMetadata(key, of);

/** Every method of every controller that has an address. */
const routes = controllers.flatMap((controller) =>
  Object.entries(Object.getOwnPropertyDescriptors(controller.prototype)).flatMap(
    ([name, { value }]: [string, PropertyDescriptor]): Route[] =>
      name !== 'constructor' && typeof value === 'function' && Reflect.hasMetadata('path', value)
        ? [
            {
              method: value,
              verb: read('method', value) as RequestMethod,
              address: `${String(read('path', controller))}/${String(read('path', value))}`,
            },
          ]
        : [],
  ),
);

/** What the streams hold when each command is asked for: an order, its agency, its subject, all there. */
const { OrderPlaced, AgencyAdmitted } = voucherContracts;
const registered = {
  type: 'SubjectRegistered',
  data: { subject: 's1', kind: 'firm', organisation: 'org-s1', name: 'x', uscc: '91350100M000100Y43' },
} as const;
const there = new Map<string, unknown>([
  [order.kind, order.evolve(order.initial, { type: 'OrderPlaced', data: OrderPlaced.example })],
  [agency.kind, agency.evolve(agency.initial, { type: 'AgencyAdmitted', data: AgencyAdmitted.example })],
  [subject.kind, subject.evolve(subject.initial, registered)],
  ['policy', { adopted: [{ fromMs: 0, pack: voucherContracts.PolicyAdopted.example.pack }] }],
]);
const stateOf = <S>(fold: Fold<S, DomainEvent>): S => (there.get(fold.kind) as S | undefined) ?? fold.initial;

const turnOf = (actor: Actor): Turn => ({
  province: actor.province,
  journal: `${actor.province}/voucher`,
  now: 5,
  actor,
  commandId: 'c',
  state: (fold) => stateOf(fold as never),
  version: () => 1,
  foreign: (fold) => stateOf(fold as never),
  seen: () => 0,
  freshness: () => 5,
  hash: () => '',
});

const nobody: Actor = { person: 'p', organisation: 'org', province: '32', roles: [] };
const body = {
  order: 'b2f0c1',
  subject: 's1',
  agency: 'a1',
  agencyProvince: '31',
  home: '32',
  scheme: 'cxq',
  year: 2026,
  window: 1,
  pack: voucherContracts.PolicyAdopted.example.pack,
  files: [],
  classes: [],
  defects: [],
};

/** The roles that a handler asks of somebody who has none; null when anybody may act. */
const asked = (command: PersonCommand): readonly string[] | null => {
  const { decide } = personCommands[command] as { decide(command: object, turn: Turn): unknown };
  const answer = decide(body, turnOf(nobody)) as { rejected?: string; facts?: { needed?: { anyWords?: readonly string[] } } };
  return answer.rejected === 'E-ROLE' ? (answer.facts?.needed?.anyWords ?? []) : null;
};

describe('Every command of a person', () => {
  it.each(names)('%s has exactly one route', (name) => {
    expect(routes.filter(({ method }) => offeredBy(method) === name)).toHaveLength(1);
  });

  it.each(names)('%s is decided for the roles of its row in the access table', (name) => {
    expect(asked(name)).toEqual([...accessTable[name].roles]);
  });
});

describe('The routes', () => {
  it('have one address each', () => {
    const addresses = routes.map(({ verb, address }) => `${RequestMethod[verb]} ${address}`);
    expect(new Set(addresses).size).toBe(addresses.length);
  });

  /** Questions whose body does not fit into an address, files of many small commands, and files of orders. */
  const QUESTIONS = /^v1\/(policies\/what-if|eligibility|treasury-receipts|files$)/;

  it('carry out commands, take imports and long questions only by POST, and nothing by GET', () => {
    const changing = routes.filter(({ address }) => /^v1\/imports\/[a-z-]+$|\/cancellation$/.test(address)).map(({ method }) => method);
    for (const { method, verb, address } of routes) {
      const posts = offeredBy(method) !== undefined || changing.includes(method) || QUESTIONS.test(address);
      expect([address, verb]).toEqual([address, posts ? RequestMethod.POST : RequestMethod.GET]);
    }
  });
});
