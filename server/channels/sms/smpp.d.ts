/** What we use of npm's `smpp`, which has no types of its own. */
declare module 'smpp' {
  import type { EventEmitter } from 'node:events';
  import type { Server as NetServer, Socket } from 'node:net';

  interface Fields {
    command_status?: number;
    sequence_number?: number;
    [name: string]: unknown;
  }

  class PDU {
    constructor(command: string | Buffer, fields?: Fields);
    command: string;
    command_id: number;
    command_status: number;
    sequence_number: number;
    isResponse(): boolean;
    response(fields?: Fields): PDU;
    toBuffer(): Buffer;
    [field: string]: unknown;
  }

  class Session extends EventEmitter {
    constructor(options: { socket?: Socket; host?: string; port?: number });
    socket: Socket;
    send(pdu: PDU, answered?: (pdu: PDU) => void): boolean;
    close(): void;
    destroy(): void;
    bind_transceiver(fields: Fields, answered?: (pdu: PDU) => void): boolean;
    submit_sm(fields: Fields, answered?: (pdu: PDU) => void): boolean;
    deliver_sm(fields: Fields, answered?: (pdu: PDU) => void): boolean;
  }

  function createServer(listener: (session: Session) => void): NetServer;
  function connect(options: { host: string; port: number }, listener?: () => void): Session;

  const smpp: {
    PDU: typeof PDU;
    Session: typeof Session;
    createServer: typeof createServer;
    connect: typeof connect;
    /** Status code by name (SMPP 3.4, 5.1.3). */
    errors: Record<string, number>;
  };
  export default smpp;
  export { connect, createServer, PDU, Session };
}
