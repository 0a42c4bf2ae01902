import {
  Controller,
  Get,
  NotFoundException,
  Param,
  Put,
  Query,
  StreamableFile,
} from '@nestjs/common';
import { unwrap } from '@erp/shared-kernel';
import { parseInteger, safeFileName } from '@erp/utils';
import { StorageService } from './storage.service';
import { thumbnail } from './thumbnail';

const SIZE = { fallback: 64, min: 8, max: 512 };
const PNG = { type: 'image/png' };

@Controller('thumbnail')
export class ThumbnailController {
  constructor(private readonly storage: StorageService) {}

  @Get()
  async draw(@Query('size') size?: string): Promise<StreamableFile> {
    return new StreamableFile(await thumbnail(unwrap(parseInteger(size, SIZE))), PNG);
  }

  @Put(':name')
  async save(
    @Param('name') name: string,
    @Query('size') size?: string,
  ): Promise<{ file: string; bytes: number }> {
    const file = `${unwrap(safeFileName(name))}.png`;
    const picture = await thumbnail(unwrap(parseInteger(size, SIZE)));
    await this.storage.write(file, picture);
    return { file, bytes: picture.length };
  }

  @Get(':name')
  async load(@Param('name') name: string): Promise<StreamableFile> {
    const file = `${unwrap(safeFileName(name))}.png`;
    const picture = await this.storage.read(file).catch(() => {
      throw new NotFoundException(`no thumbnail "${name}"`);
    });
    return new StreamableFile(picture, PNG);
  }
}
