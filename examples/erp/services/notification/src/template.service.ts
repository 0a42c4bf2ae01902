import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import type { Message } from '@erp/service-contracts';
import Handlebars from 'handlebars';
import { version } from '../package.json';

/** Renders messages from the templates that lie beside the compiled code. */
@Injectable()
export class TemplateService {
  private readonly templates = new Map<string, HandlebarsTemplateDelegate>();

  async render(message: Message): Promise<string> {
    const company = process.env.COMPANY_NAME ?? 'ERP';
    const template = await this.load(message.template);
    return template({ ...message, company, version });
  }

  private async load(name: Message['template']): Promise<HandlebarsTemplateDelegate> {
    const known = this.templates.get(name);
    if (known) {
      return known;
    }
    const source = await readFile(join(__dirname, 'templates', `${name}.hbs`), 'utf8');
    const template = Handlebars.compile(source);
    this.templates.set(name, template);
    return template;
  }
}
