/**
 * The public API of `uintr`.
 * @packageDocumentation
 */

export type { ChannelEvents, ChannelStats } from './channels/channel-events.js';
export type { ChannelOptions, OpenChannelOptions } from './channels/channel-options.js';
export { Channel } from './channels/channel.js';
export type { Codec, CodecName } from './channels/codecs.js';
export { createChannel, openChannel } from './channels/create-channel.js';
export {
  type Backend,
  type BackendChoice,
  capabilities,
  type Capabilities,
} from './core/capabilities.js';
export type { Diagnostics, ObservedReceiver, ObservedSender } from './core/diagnostics.js';
export type { ReceiverOptions } from './core/receiver-options.js';
export type { ReceiverEvents } from './core/receiver-events.js';
export { type OnDisconnect, Sender, type SenderEvents, type SenderOptions } from './core/sender.js';
export type { ReceiverStats, SenderStats } from './core/stats.js';
export { VectorFd, type VectorFdEvents } from './core/vector-fd.js';
export type { VectorName, Vectors } from './core/vectors.js';
export type { SocketType } from './internal/binding.js';
export type { WaitOptions } from './internal/deadline.js';
export { UintrError } from './internal/errors.js';
export type {
  OpenSharedMemoryOptions,
  SharedMemoryAccess,
  SharedMemoryOptions,
} from './memory/shared-memory-options.js';
export { SharedMemory } from './memory/shared-memory.js';
export type { ConnectOptions } from './services/connect-options.js';
export { connect } from './services/connect.js';
export { Connection, type ConnectionEvents } from './services/connection.js';
export {
  inherit,
  type Inheritance,
  inherited,
  type InheritOptions,
  type StdioEntry,
} from './services/inherit.js';
export type { ListenOptions, Peer, VectorRequest } from './services/listen-options.js';
export { listen, Receiver } from './services/listen.js';
export { type PeerConnection, Rendezvous, type RendezvousEvents } from './services/rendezvous.js';
export {
  FdListener,
  type FdListenerEvents,
  type FdListenerOptions,
} from './sockets/fd-listener.js';
export type {
  Credentials,
  FdMessage,
  FdSocketOptions,
  ReceiveOptions,
} from './sockets/fd-socket-options.js';
export { FdSocket } from './sockets/fd-socket.js';
