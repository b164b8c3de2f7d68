/** A small GPT on characters; `torsh` is the worker's. */

export function makeGpt(torsh, { characters, context, layers, heads, width }) {
  const { nn } = torsh;

  class Block extends nn.Module {
    constructor() {
      super();
      this.ln1 = new nn.LayerNorm(width);
      this.qkv = new nn.Linear(width, 3 * width);
      this.proj = new nn.Linear(width, width);
      this.ln2 = new nn.LayerNorm(width);
      this.mlp = new nn.Sequential(new nn.Linear(width, 4 * width), new nn.GELU(), new nn.Linear(4 * width, width));
    }
    attention(x) {
      const [b, t, c] = x.shape;
      const [q, k, v] = this.qkv(x).reshape(b, t, 3, heads, c / heads).permute(2, 0, 3, 1, 4).unbind();
      return this.proj(nn.functional.scaledDotProductAttention(q, k, v, { isCausal: true }).transpose(1, 2).reshape(b, t, c));
    }
    forward(x) {
      x = x.add(this.attention(this.ln1(x)));
      return x.add(this.mlp(this.ln2(x)));
    }
  }

  class GPT extends nn.Module {
    constructor() {
      super();
      this.token = new nn.Embedding(characters, width);
      this.position = new nn.Embedding(context, width);
      this.blocks = new nn.Sequential(...Array.from({ length: layers }, () => new Block()));
      this.ln = new nn.LayerNorm(width);
      this.head = new nn.Linear(width, characters);
      for (const [name, p] of this.namedParameters()) if (p.ndim === 2) nn.init.normal_(p, 0, name.endsWith('proj.weight') ? 0.02 / Math.sqrt(2 * layers) : 0.02);
    }
    /** ids [batch, time] to logits [batch, time, characters]. */
    forward(ids) {
      return this.head(this.ln(this.blocks(this.token(ids).add(this.position(torsh.arange(ids.shape[1]))))));
    }
  }
  return new GPT();
}
