// Rendered by the server for each request: what its torsh computes, and a part that trains in the page.
import torsh, { nn } from 'torsh';
import Training from './training';

export const dynamic = 'force-dynamic';

export default function Page() {
  torsh.manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 2));
  const sum = torsh.noGrad(() => model(torsh.ones(1, 4)).softmax(1).sum().item());
  return (
    <main>
      <p id="server">{JSON.stringify({ name: torsh.backend.name, sum })}</p>
      <Training />
    </main>
  );
}
