import {
  Injectable,
  type OnApplicationShutdown,
  ServiceUnavailableException,
} from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { Client, Connection, ServiceError } from '@temporalio/client';
import { TASK_QUEUE, temporalAddress } from './temporal';
import { type Invoice, decide, invoiceApproval } from './workflows';

/** Starts and answers approvals; its connection is made by the first request. */
@Injectable()
export class ApprovalService implements OnApplicationShutdown {
  private readonly connection: Connection;
  private readonly client: Client;

  constructor(config: ConfigService) {
    this.connection = Connection.lazy({
      address: temporalAddress(config),
      connectTimeout: '2 seconds',
    });
    this.client = new Client({ connection: this.connection });
  }

  async start(invoice: Invoice): Promise<{ workflow: string }> {
    const workflowId = `invoice-${invoice.number}`;
    await this.reach(() =>
      this.client.workflow.start(invoiceApproval, {
        args: [invoice],
        taskQueue: TASK_QUEUE,
        workflowId,
      }),
    );
    return { workflow: workflowId };
  }

  async decide(number: string, approved: boolean): Promise<void> {
    const workflow = this.client.workflow.getHandle(`invoice-${number}`);
    await this.reach(() => workflow.signal(decide, approved));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.connection.close();
  }

  private async reach<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (error instanceof ServiceError) {
        throw new ServiceUnavailableException('Temporal does not answer');
      }
      throw error;
    }
  }
}
