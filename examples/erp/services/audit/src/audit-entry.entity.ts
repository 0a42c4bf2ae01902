import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** One thing that happened; its seal holds the seal before, so that none can be changed or left out. */
@Entity()
export class AuditEntry {
  @PrimaryGeneratedColumn()
  id!: number;

  /** What it happened to, such as `invoice/INV-7`. */
  @Index()
  @Column({ length: 100 })
  subject!: string;

  @Column({ length: 40 })
  action!: string;

  @Column({ length: 100 })
  actor!: string;

  @Column('timestamptz')
  at!: Date;

  @Column({ length: 64 })
  seal!: string;
}
