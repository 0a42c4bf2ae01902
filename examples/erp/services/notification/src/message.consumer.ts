import { Controller, Logger } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { TOPICS, messageSchema, parse } from '@erp/service-contracts';
import { unwrap } from '@erp/shared-kernel';
import { TemplateService } from './template.service';

/** Renders the messages that other services ask for. */
@Controller()
export class MessageConsumer {
  private readonly logger = new Logger(MessageConsumer.name);

  constructor(private readonly templates: TemplateService) {}

  @EventPattern(TOPICS.messages)
  async send(@Payload() event: unknown): Promise<void> {
    const message = unwrap(parse(messageSchema, event));
    const html = await this.templates.render(message);
    this.logger.log(`${message.template} for ${message.recipient}: ${html.length} characters`);
  }
}
