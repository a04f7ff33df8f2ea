export {
  type Backend,
  type BackendChoice,
  capabilities,
  type Capabilities,
} from './capabilities.js';
export { UintrError } from './errors.js';
export { FdSocket, type FdMessage } from './fd-socket.js';
export {
  Receiver,
  type ReceiverEvents,
  type ReceiverOptions,
  type VectorName,
  type Vectors,
  type WaitOptions,
} from './receiver.js';
export { Sender, type SenderEvents } from './sender.js';
export { VectorFd, type VectorFdEvents } from './vector-fd.js';
