import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TemplateService } from '../src/template.service';

const templates = new TemplateService();

test('a message carries its reference', async () => {
  const html = await templates.render({
    template: 'invoice-approved',
    recipient: 'Ada',
    reference: 'INV-7',
  });
  assert.match(html, /Dear Ada/);
  assert.match(html, /approved invoice INV-7\./);
});

test('what a recipient is called cannot become markup', async () => {
  const html = await templates.render({ template: 'welcome', recipient: '<b>' });
  assert.match(html, /Welcome, &lt;b&gt;/);
});
