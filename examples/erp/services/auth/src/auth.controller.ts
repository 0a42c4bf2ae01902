import { Body, Controller, Get, Post, Query, UnauthorizedException } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { unwrap } from '@erp/shared-kernel';
import { PasswordService } from './password.service';

interface TokenRequest {
  subject?: string;
  password?: string;
  hash?: string;
}

@Controller('auth')
export class AuthController {
  constructor(
    private readonly passwords: PasswordService,
    private readonly tokens: JwtService,
  ) {}

  @Get('hash')
  async hash(@Query('value') value = ''): Promise<{ hash: string }> {
    return { hash: unwrap(await this.passwords.hash(value)) };
  }

  @Post('token')
  async token(@Body() request: TokenRequest): Promise<{ token: string }> {
    const { subject = '', password = '', hash = '' } = request;
    if (subject === '' || !(await this.passwords.matches(password, hash))) {
      throw new UnauthorizedException();
    }
    return { token: await this.tokens.signAsync({ sub: subject }) };
  }
}
