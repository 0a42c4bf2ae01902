import { Basket, total } from '@shop/pricing';
import Fastify from 'fastify';

const app = Fastify({ logger: true });

app.get('/health', async () => ({ status: 'ok' }));
app.post('/total', async (request, reply) => {
  const basket = Basket.safeParse(request.body);
  if (!basket.success) return reply.status(400).send({ error: basket.error.message });
  return { cents: total(basket.data) };
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void app.close());
await app.listen({ host: '0.0.0.0', port: Number(process.env.PORT ?? 3000) });
