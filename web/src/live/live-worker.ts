// The shared worker: one live stream for all tabs of this browser, so that eight of them still leave connections free.
import { LiveHub } from './live-hub.ts';
import type { HubMessage, TabMessage } from './live-messages.ts';
import { createLiveSource } from './live-source.ts';

const ports = new Set<MessagePort>();
const hub = new LiveHub({
  source: createLiveSource(),
  publish: (message: HubMessage) => {
    for (const port of ports) port.postMessage(message);
  },
});

function attach(port: MessagePort): void {
  port.onmessage = ({ data }: MessageEvent<TabMessage>) => {
    if (data.kind === 'bye') ports.delete(port);
    if (data.kind === 'retry') hub.retry();
    if (data.kind === 'sign-out') hub.signOut();
    if (data.kind === 'hello') {
      ports.add(port);
      hub.start();
      port.postMessage(hub.snapshot());
    }
  };
}

addEventListener('connect', (event) => {
  for (const port of (event as MessageEvent).ports) attach(port);
});
