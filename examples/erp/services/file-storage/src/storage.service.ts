import { constants } from 'node:fs';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { HealthRegistry } from '@erp/shared-infrastructure';

/** Keeps files in one directory: `UPLOAD_DIR`, else `uploads` in the working directory. */
@Injectable()
export class StorageService implements OnModuleInit {
  private readonly directory: string;

  constructor(
    config: ConfigService,
    private readonly health: HealthRegistry,
  ) {
    this.directory = resolve(config.get<string>('UPLOAD_DIR', 'uploads'));
  }

  onModuleInit(): void {
    this.health.register('uploads', async () => {
      await mkdir(this.directory, { recursive: true });
      await access(this.directory, constants.W_OK);
    });
  }

  async write(name: string, content: Buffer): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    await writeFile(resolve(this.directory, name), content);
  }

  read(name: string): Promise<Buffer> {
    return readFile(resolve(this.directory, name));
  }
}
