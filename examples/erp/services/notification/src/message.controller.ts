import { Controller, Get, Header, Param, Query } from '@nestjs/common';
import { messageSchema, parse } from '@erp/service-contracts';
import { unwrap } from '@erp/shared-kernel';
import { TemplateService } from './template.service';

@Controller('messages')
export class MessageController {
  constructor(private readonly templates: TemplateService) {}

  @Get(':template')
  @Header('Content-Type', 'text/html; charset=utf-8')
  render(
    @Param('template') template: string,
    @Query() query: Record<string, string>,
  ): Promise<string> {
    return this.templates.render(unwrap(parse(messageSchema, { ...query, template })));
  }
}
