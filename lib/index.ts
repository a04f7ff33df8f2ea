export {
  type Backend,
  type BackendChoice,
  capabilities,
  type Capabilities,
} from './capabilities.js';
export { connect, Connection, type ConnectionEvents, type ConnectOptions } from './connection.js';
export type { Diagnostics } from './diagnostics.js';
export { UintrError } from './errors.js';
export { FdListener, type FdListenerEvents, type FdListenerOptions } from './fd-listener.js';
export {
  type Credentials,
  type FdMessage,
  FdSocket,
  type FdSocketOptions,
  type ReceiveOptions,
} from './fd-socket.js';
export { inherit, type InheritOptions, inherited, type Inheritance } from './inherit.js';
export { Receiver, type ReceiverEvents } from './receiver.js';
export type { ReceiverOptions, VectorName, Vectors } from './receiver-options.js';
export {
  type ListenOptions,
  type Peer,
  type PeerConnection,
  Rendezvous,
  type RendezvousEvents,
  type VectorRequest,
} from './rendezvous.js';
export { Sender, type SenderEvents, type SenderOptions } from './sender.js';
export type { ReceiverStats, SenderStats } from './stats.js';
export { VectorFd, type VectorFdEvents } from './vector-fd.js';
export type { WaitOptions } from './waiting.js';
