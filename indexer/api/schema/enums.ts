/** What has one of a few values, and what each of them says. */
const enums: Readonly<Record<string, { readonly doc: string; readonly values: Readonly<Record<string, string>> }>> = {
  OrderDirection: { doc: 'Which end of a list comes first.', values: { asc: 'The least.', desc: 'The greatest.' } },
  Role: {
    doc: 'What an account earned something for.',
    values: {
      Contributor: 'A unit of its own.',
      JointMember: 'Its part of a joint unit, once it was drawn.',
      Operator: 'It served the call.',
      Owner: 'It owns the model that was called.',
      Royalty: 'A model below one of its own was called.',
      Treasury: 'The treasury’s share, and what rounding left.',
      Refund: 'A fee came back to it as payer.',
      Bounty: 'A court awarded it.',
    },
  },
  ContributionStatus: {
    doc: 'What has become of a contribution.',
    values: {
      Submitted: 'Its curator has not decided yet.',
      Accepted: 'It is in versions that are frozen since.',
      Rejected: 'It is in no version.',
      Withdrawn: 'Its contributor withdrew consent: it is in no version that is frozen since.',
    },
  },
  ModelKind: {
    doc: 'Whether a model was trained here.',
    values: { Base: 'It was not: fine-tunes start from it.', FineTune: 'It was, on frozen dataset versions.' },
  },
  ModelState: {
    doc: 'Whether a model’s calls can be recorded.',
    values: {
      Base: 'It is not called here.',
      Registering: 'Not all units are there.',
      Waiting: 'Its calls are recorded soon.',
      Active: 'Its calls are recorded.',
      Struck: 'A unit was proved false, and it records no more.',
    },
  },
  Method: {
    doc: 'How a model was fine-tuned.',
    values: {
      Full: 'All weights were trained.',
      LoRA: 'A low-rank adapter was.',
      QLoRA: 'A low-rank adapter was, on a quantised base.',
    },
  },
  SketchSource: {
    doc: 'What sketches are made of.',
    values: { Gradient: 'Projected gradients of rows.', Representation: 'Projected representations of rows.' },
  },
  BookStatus: {
    doc: 'What can be done with a book.',
    values: {
      Open: 'It takes records.',
      Closed: 'Its records can still be voided.',
      Settleable: 'Anybody may settle it.',
      Settling: 'Somebody has begun to.',
      Settled: 'It was paid out.',
    },
  },
  SettlementStage: {
    doc: 'How far a settlement is.',
    values: {
      Summing: 'Its batches are shown.',
      Weighing: 'Its units are weighed.',
      Paying: 'Its units are paid.',
      Settled: 'All are paid.',
    },
  },
  StepKind: {
    doc: 'What one transaction of a settlement did.',
    values: { Summed: 'It showed batches.', Weighed: 'It weighed units.', Paid: 'It paid units.' },
  },
  InferenceStatus: {
    doc: 'What became of a record.',
    values: {
      Stands: 'Its book counts it.',
      Voided: 'It was proved false, and its fee went back to the payer.',
      SetAside: 'An appeal about it is open.',
      Upheld: 'The appeal was upheld: its fee went back to the payer.',
      Denied: 'The appeal failed, and the fee went to contributors; it does not count again.',
      Lapsed: 'Nobody ruled in time, and the fee went to contributors; it does not count again.',
    },
  },
  BondKind: {
    doc: 'Whose a bond is.',
    values: { Account: 'An account’s, for the calls that it records.', Model: 'A model’s, for its units.' },
  },
  BondMoveKind: {
    doc: 'What happened to a bond.',
    values: {
      Deposited: 'Something was put in.',
      Withdrawn: 'Something was taken out.',
      Held: 'A court holds a part.',
      Released: 'It holds that no more.',
      Slashed: 'A part was taken: a bounty, and something for contributors.',
    },
  },
  StrikeKind: {
    doc: 'What a court found.',
    values: {
      BrokenReceipt: 'A record was not as promised.',
      UnrecordedReceipt: 'A promised record was not shown in time.',
      FalseUnit: 'A unit was proved false, or withheld.',
      UpheldAppeal: 'An arbiter upheld an appeal.',
    },
  },
  UnitFault: {
    doc: 'What a proof showed of a unit.',
    values: {
      FalseSum: 'Its rows do not make the registered sketch, scale or count.',
      AboveCap: 'A row counts more than it may, and helps.',
      Malformed: 'A row of it is no row.',
      CopyKept: 'A row was kept that is a near-copy of another.',
      NoCopy: 'A row was dropped that is no near-copy of the one that it names.',
      Withheld: 'Demanded rows, or an item, were not shown in time.',
    },
  },
  DemandStatus: {
    doc: 'What has become of a demand.',
    values: {
      Open: 'There is time to answer, or nobody has struck the unit yet.',
      Answered: 'What was asked for was shown.',
      Withheld: 'It was not, and the unit was struck.',
    },
  },
  ReceiptStatus: {
    doc: 'What has become of a receipt that was taken to the Court.',
    values: {
      Broken: 'Its record was not as promised.',
      Open: 'Its record is asked for.',
      Shown: 'Its record was shown.',
      Unrecorded: 'Its record was not.',
    },
  },
  EvaluationKind: {
    doc: 'What was measured.',
    values: {
      Benchmark: 'A task of lm-evaluation-harness.',
      Production: 'Answers to calls that were paid for.',
      QuantisationLoss: 'What quantisation costs, beside the full-precision twin.',
    },
  },
  AppealStatus: {
    doc: 'What has become of an appeal.',
    values: {
      Open: 'It waits for a ruling.',
      Upheld: 'The arbiter agreed.',
      Denied: 'The arbiter did not.',
      Lapsed: 'Nobody ruled in time.',
    },
  },
  Finality: {
    doc: 'Whether a reorg can still roll a block back.',
    values: { Latest: 'One can.', Safe: 'Only the chain’s operator could.', Finalised: 'Nobody can.' },
  },
  Verdict: {
    doc: 'Why facts are taken to be complete.',
    values: {
      Receipts: 'Receipts hash to the block headers, or the headers’ bloom filters exclude our contracts.',
      Bloom: 'The logs that a node told fit the headers’ bloom filters.',
      Told: 'A node’s word.',
    },
  },
  JournalCheck: {
    doc: 'What replayed journals were compared with.',
    values: {
      Proof: 'Storage, by proofs that hash to the block’s state root.',
      Storage: 'What a node says of storage.',
    },
  },
  ExplanationSource: {
    doc: 'What an explanation comes from.',
    values: {
      RowIndex: 'The model’s row index, a file: best rows, and the units’ own terms.',
      Units: 'The units on the chain alone: this indexer has no sound copy of the row index.',
      FixedWeights: 'The fixed weights of units: the model’s pay does not follow answers.',
      KeptRows: 'The units’ kept rows: the model splits equally.',
    },
  },
}

export const enumsSdl = Object.entries(enums)
  .map(([name, { doc, values }]) => {
    const lines = Object.entries(values).map(([value, says]) => `  """${says}"""\n  ${value}`)
    return `"""${doc}"""\nenum ${name} {\n${lines.join('\n')}\n}`
  })
  .join('\n')
