/** What journeys steer their nodes with: a small HTTP door of the test runner to stop, kill and start one node. Loopback only. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import { nodeReady, startNode, type NodesOptions } from './nodes.js';
import type { Child } from './processes.js';
import type { Servers } from './servers.js';

/** The door's parts: the nodes it may touch and the servers they run on. */
export interface ControlOptions {
  readonly nodes: NodesOptions;
  /** Province → its running process; entries are replaced when a node is started again. */
  readonly children: Map<string, Child>;
  readonly servers: Servers;
}

const answer = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
};

const act = async (o: ControlOptions, code: string, action: string): Promise<void> => {
  const child = o.children.get(code);
  if (action === 'stop') return child?.stop();
  if (action === 'kill') return child?.kill();
  if (child && !child.stopped()) return;
  const fresh = startNode(o.nodes, code);
  o.children.set(code, fresh);
  await nodeReady(o.nodes, code, fresh);
};

/**
 * Opens the door on a free port. `POST /nodes/31/stop` (orderly), `/kill` (as a power cut), `/start` (answers once ready; changes
 * nothing when it runs); `GET /servers` gives `{ kafkaBrokers, mongoUrl, way }`. Answers the server and its URL.
 */
export const openControl = async (o: ControlOptions): Promise<{ readonly server: Server; readonly url: string }> => {
  const server = createServer((request, response) => {
    const { method, url = '' } = request;
    const [, code = '', action = ''] = /^\/nodes\/(\d\d)\/(stop|kill|start)$/.exec(url) ?? [];
    if (method === 'GET' && url === '/servers') {
      const { kafkaBrokers, mongoUrl, way } = o.servers;
      answer(response, 200, { kafkaBrokers, mongoUrl, way });
    } else if (method === 'POST' && o.nodes.ports.has(code)) {
      act(o, code, action)
        .then(() => answer(response, 200, { province: code, done: action }))
        .catch((error: unknown) => answer(response, 500, { fault: error instanceof Error ? error.message : String(error) }));
    } else answer(response, 404, { fault: 'known here: POST /nodes/<province>/stop|kill|start, GET /servers' });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { server, url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}` };
};
