import torsh from 'torsh';

export const dynamic = 'force-dynamic';

export function GET() {
  return Response.json({ name: torsh.backend.name, product: torsh.tensor([[1, 2]]).matmul(torsh.tensor([[3], [4]])).tolist(), reasons: torsh.backend.reasons });
}
