import { openChannel, type RouteToOpen } from '../../server/channels/open-channel.ts';

// A process of its own that opens a route, sends one message by it and prints what came of it: what a server trusts is decided by the
// environment that it starts in.
const [route = '', to = ''] = process.argv.slice(2);
const done = (outcome: object): void => {
  console.log(JSON.stringify(outcome));
  void channel.stop().then(() => process.exit(0));
};
const channel = openChannel(JSON.parse(route) as RouteToOpen, {
  receipt: async () => undefined,
  inbound: async () => undefined,
  up: () => {
    const message = {
      id: '0198c0de-0000-7000-8000-000000000001',
      to,
      subject: 'Guasto',
      text: 'La linea è ferma.',
      html: null,
      validUntil: new Date(Date.now() + 3_600_000),
      unsubscribeUrl: null,
      reference: '0198c0de-0000-7000-8000-0000000000aa',
    };
    void channel.send(message).then(done);
  },
  down: (reason) => done({ kind: 'down', reason }),
});
channel.start();
