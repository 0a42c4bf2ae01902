import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a company has set otherwise than by default. */
@Entity()
export class Setting {
  @PrimaryColumn({ length: 20 })
  company!: string;

  @PrimaryColumn({ length: 40 })
  key!: string;

  @Column('jsonb')
  value!: string | number;
}
