import { Module } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { JwtModule } from '@nestjs/jwt';
import { InfrastructureModule } from '@erp/shared-infrastructure';
import { DatabaseModule } from '@erp/transactions';
import { secretOrRandom } from '@erp/utils';
import { Account } from './account.entity';
import { AccountService } from './account.service';
import { AuthController } from './auth.controller';
import { PasswordService } from './password.service';

@Module({
  imports: [
    InfrastructureModule.forRoot('auth'),
    // Hashes and tokens need no database: the service is ready without one.
    DatabaseModule.forRoot({ entities: [Account], required: false }),
    JwtModule.registerAsync({
      inject: [ConfigService],
      useFactory: (config: ConfigService) => ({
        secret: secretOrRandom(config.get<string>('JWT_SECRET')),
        signOptions: { expiresIn: '15m' },
      }),
    }),
  ],
  controllers: [AuthController],
  providers: [AccountService, PasswordService],
})
export class AppModule {}
