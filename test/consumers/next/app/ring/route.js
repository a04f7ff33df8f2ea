import { Receiver, Sender } from 'uintr';

export const dynamic = 'force-dynamic';

export function GET() {
  const receiver = new Receiver();
  const sender = new Sender(receiver.createFd(7));
  sender.send();
  const vector = receiver.poll();
  sender.close();
  receiver.close();
  return Response.json({ vector });
}
