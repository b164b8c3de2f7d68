/** Irises: what PyTorch saved by data/iris-mlp.py, a dict with the state dict, how columns were scaled, and names. */
export function network(torsh, { state_dict: stateDict, mean, std, features, classes }) {
  const { nn } = torsh;
  if (!stateDict || !torsh.isTensor(mean) || !torsh.isTensor(std) || !Array.isArray(features) || !Array.isArray(classes)) {
    throw new Error('the file must hold state_dict, mean, std, features and classes');
  }
  const [hidden] = stateDict['0.weight']?.shape ?? [1];
  const model = new nn.Sequential(new nn.Linear(features.length, hidden), new nn.ReLU(), new nn.Linear(hidden, classes.length));
  model.loadStateDict(stateDict, { assign: true });
  return { model: (x) => model(x.sub(mean).div(std)).softmax(1), module: model, input: { shape: [features.length], names: features }, classes };
}
