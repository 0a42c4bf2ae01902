import { Body, Controller, Get, Post, Query, UnauthorizedException } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { unwrap } from '@erp/shared-kernel';
import { AccountService } from './account.service';
import { PasswordService } from './password.service';

interface Login {
  name?: string;
  password?: string;
}

interface TokenRequest {
  subject?: string;
  password?: string;
  hash?: string;
}

@Controller('auth')
export class AuthController {
  constructor(
    private readonly accounts: AccountService,
    private readonly passwords: PasswordService,
    private readonly tokens: JwtService,
  ) {}

  @Get('hash')
  async hash(@Query('value') value = ''): Promise<{ hash: string }> {
    return { hash: unwrap(await this.passwords.hash(value)) };
  }

  @Post('accounts')
  async register(@Body() { name = '', password = '' }: Login): Promise<void> {
    await this.accounts.register(name, unwrap(await this.passwords.hash(password)));
  }

  @Post('login')
  async login(@Body() { name = '', password = '' }: Login): Promise<{ token: string }> {
    const account = await this.accounts.find(name);
    return this.token({ subject: name, password, hash: account?.hash });
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
