import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity()
export class Account {
  @PrimaryColumn({ length: 100 })
  name!: string;

  /** Of the password, by bcrypt. */
  @Column({ length: 60 })
  hash!: string;
}
