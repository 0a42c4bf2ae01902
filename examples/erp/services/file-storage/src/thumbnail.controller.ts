import {
  Controller,
  Get,
  Header,
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

@Controller('thumbnail')
export class ThumbnailController {
  constructor(private readonly storage: StorageService) {}

  @Get()
  @Header('Content-Type', 'image/png')
  async draw(@Query('size') size?: string): Promise<StreamableFile> {
    return new StreamableFile(await thumbnail(unwrap(parseInteger(size, SIZE))));
  }

  @Put(':name')
  async save(
    @Param('name') name: string,
    @Query('size') size?: string,
  ): Promise<{ name: string; bytes: number }> {
    const file = `${unwrap(safeFileName(name))}.png`;
    const picture = await thumbnail(unwrap(parseInteger(size, SIZE)));
    await this.storage.write(file, picture);
    return { name: file, bytes: picture.length };
  }

  @Get(':name')
  @Header('Content-Type', 'image/png')
  async load(@Param('name') name: string): Promise<StreamableFile> {
    const file = `${unwrap(safeFileName(name))}.png`;
    const picture = await this.storage.read(file).catch(() => {
      throw new NotFoundException();
    });
    return new StreamableFile(picture);
  }
}
