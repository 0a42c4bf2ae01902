import { Injectable } from '@nestjs/common';
import { Engine } from 'json-rules-engine';
import type { Order } from './order.dto';
import { procurementRules } from './procurement.rules';

export interface Verdict {
  readonly rule: string;
  readonly action: string;
  readonly details: Record<string, unknown>;
}

@Injectable()
export class RulesService {
  private readonly engine = new Engine(procurementRules);

  /** Returns what each rule that the order meets asks for, the most important first. */
  async evaluate(order: Order): Promise<Verdict[]> {
    const { results } = await this.engine.run({ ...order });
    return results
      .sort((one, other) => (other.priority ?? 1) - (one.priority ?? 1))
      .map(({ name, event }) => ({
        rule: name,
        action: event?.type ?? 'none',
        details: event?.params ?? {},
      }));
  }
}
