import { Injectable, ServiceUnavailableException } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { HealthRegistry, reachable } from '@erp/shared-infrastructure';
import puppeteer from 'puppeteer';

/** Prints pages by a browser that runs elsewhere: `BROWSER_URL`, the address of its DevTools. */
@Injectable()
export class Browser {
  private readonly url: string;

  constructor(config: ConfigService, health: HealthRegistry) {
    this.url = config.get<string>('BROWSER_URL', 'http://localhost:9222');
    health.register('browser', () => reachable(new URL(this.url).host));
  }

  /** The browser that prints, and where it is expected. */
  about(): { browser: string; url: string } {
    return { browser: puppeteer.defaultBrowser, url: this.url };
  }

  async print(html: string): Promise<Buffer> {
    const browser = await puppeteer.connect({ browserURL: this.url }).catch(() => {
      throw new ServiceUnavailableException('no browser answers');
    });
    try {
      const page = await browser.newPage();
      await page.setContent(html);
      const pdf = await page.pdf({ format: 'A4' });
      await page.close();
      return Buffer.from(pdf);
    } finally {
      await browser.disconnect();
    }
  }
}
