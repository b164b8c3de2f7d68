/** The thread that holds the model of serve.mjs: gets { id, rows }, answers { id, probabilities } or { id, error }. */
import { parentPort, workerData } from 'node:worker_threads';
import torsh, { nn } from 'torsh';

// What PyTorch saved (data/iris-mlp.py): a dict with the state dict, how columns were scaled, and names.
const { state_dict: stateDict, mean, std, features, classes } = torsh.load(workerData.file);
if (!stateDict || !mean || !std || !Array.isArray(features) || !Array.isArray(classes)) {
  throw new Error('the file must hold state_dict, mean, std, features and classes');
}
const [hidden] = stateDict['0.weight']?.shape ?? [1];
const model = new nn.Sequential(new nn.Linear(features.length, hidden), new nn.ReLU(), new nn.Linear(hidden, classes.length));
model.loadStateDict(stateDict);
model.eval();

const predict = (rows) => torsh.tidy(() => torsh.noGrad(() => model(torsh.tensor(rows).sub(mean).div(std)).softmax(1).tolist()));

parentPort.on('message', ({ id, rows }) => {
  try {
    parentPort.postMessage({ id, probabilities: predict(rows) });
  } catch (error) {
    parentPort.postMessage({ id, error: error.message });
  }
});
parentPort.postMessage({ features, classes });
