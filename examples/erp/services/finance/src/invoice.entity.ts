import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

@Entity()
export class Invoice {
  @PrimaryColumn({ length: 40 })
  number!: string;

  /** The code of the company that sends it. */
  @Index()
  @Column({ length: 20 })
  company!: string;

  @Column('double precision')
  net!: number;

  @Column('double precision')
  tax!: number;

  @Column({ default: false })
  approved!: boolean;
}
