export {
  type Backend,
  type BackendChoice,
  capabilities,
  type Capabilities,
} from './core/capabilities.js';
export {
  connect,
  Connection,
  type ConnectionEvents,
  type ConnectOptions,
} from './services/connection.js';
export type { Diagnostics, ObservedReceiver, ObservedSender } from './core/diagnostics.js';
export type { SocketType } from './internal/binding.js';
export { UintrError } from './internal/errors.js';
export {
  FdListener,
  type FdListenerEvents,
  type FdListenerOptions,
} from './sockets/fd-listener.js';
export {
  type Credentials,
  type FdMessage,
  FdSocket,
  type FdSocketOptions,
  type ReceiveOptions,
} from './sockets/fd-socket.js';
export {
  inherit,
  type InheritOptions,
  inherited,
  type Inheritance,
  type StdioEntry,
} from './services/inherit.js';
export { listen, Receiver } from './services/listen.js';
export type { ReceiverEvents } from './core/receiver.js';
export type { ReceiverOptions, VectorName, Vectors } from './core/receiver-options.js';
export {
  type ListenOptions,
  type Peer,
  type PeerConnection,
  Rendezvous,
  type RendezvousEvents,
  type VectorRequest,
} from './services/rendezvous.js';
export { type OnDisconnect, Sender, type SenderEvents, type SenderOptions } from './core/sender.js';
export type { ReceiverStats, SenderStats } from './core/stats.js';
export { VectorFd, type VectorFdEvents } from './core/vector-fd.js';
export type { WaitOptions } from './internal/waiting.js';
