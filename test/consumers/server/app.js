// What a server answers with: a prediction of a small network. The last line printed is JSON.
import torsh, { nn } from 'torsh';

torsh.manualSeed(0);
const model = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 2));
const answer = torsh.noGrad(() => model(torsh.ones(1, 4)).softmax(1).sum().item());
console.log(JSON.stringify({ name: torsh.backend.name, answer, reasons: torsh.backend.reasons }));
