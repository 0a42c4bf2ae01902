import { Module } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { JwtModule } from '@nestjs/jwt';
import { InfrastructureModule } from '@erp/shared-infrastructure';
import { secretOrRandom } from '@erp/utils';
import { AuthController } from './auth.controller';
import { PasswordService } from './password.service';

@Module({
  imports: [
    InfrastructureModule.forRoot('auth'),
    JwtModule.registerAsync({
      inject: [ConfigService],
      useFactory: (config: ConfigService) => ({
        secret: secretOrRandom(config.get<string>('JWT_SECRET')),
        signOptions: { expiresIn: '15m' },
      }),
    }),
  ],
  controllers: [AuthController],
  providers: [PasswordService],
})
export class AppModule {}
