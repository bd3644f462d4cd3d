// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice An account: a number that earnings point to, with a payout address that can change. Zero means none.
type AccountId is uint32;

/// @notice A dataset. Zero means none.
type DatasetId is uint32;

/// @notice A contribution, named by what it is: `keccak256(abi.encode(dataset, contributor, itemsRoot, itemCount))`.
type ContributionId is bytes32;

/// @notice A frozen dataset version: `dataset << 32 | number`, where numbers count from 1 within the dataset.
type VersionId is uint64;

/// @notice A model: a base, or a fine-tune of a parent on dataset versions. Zero means none.
type ModelId is uint32;

/// @notice A payer's deposit for one operator and one model: `keccak256(payer ‖ operator ‖ model ‖ salt)`, four bytes each.
type ChannelId is bytes32;

/// @notice The n-th book of a model and an operator: `model << 64 | operator << 32 | n`, where n counts from 1.
type BookId is uint96;

/// @notice A batch of inferences recorded in one transaction. Zero means none.
type BatchId is uint64;

/// @notice A bond: an account's own, named by its number, or a model's, named by `1 << 32 | number`.
type BondId is uint64;

/// @notice The bond that answers for the calls an account records, and for what it challenges.
function bondOf(AccountId account) pure returns (BondId) {
    return BondId.wrap(AccountId.unwrap(account));
}

/// @notice The bond that answers for a model's units.
function bondOf(ModelId model) pure returns (BondId) {
    return BondId.wrap((uint64(1) << 32) | ModelId.unwrap(model));
}

function bookOf(ModelId model, AccountId operator, uint32 number) pure returns (BookId) {
    return
        BookId.wrap(
            (uint96(ModelId.unwrap(model)) << 64) | (uint96(AccountId.unwrap(operator)) << 32) | uint96(number)
        );
}

/// @notice The model whose calls a book holds.
function modelOf(BookId book) pure returns (ModelId) {
    return ModelId.wrap(uint32(BookId.unwrap(book) >> 64));
}

/// @notice The operator that records into a book.
function operatorOf(BookId book) pure returns (AccountId) {
    return AccountId.wrap(uint32(BookId.unwrap(book) >> 32));
}

/// @notice The dataset that a version froze.
function datasetIn(VersionId version) pure returns (DatasetId) {
    return DatasetId.wrap(uint32(VersionId.unwrap(version) >> 32));
}

function sameAccount(AccountId a, AccountId b) pure returns (bool) {
    return AccountId.unwrap(a) == AccountId.unwrap(b);
}

function sameDataset(DatasetId a, DatasetId b) pure returns (bool) {
    return DatasetId.unwrap(a) == DatasetId.unwrap(b);
}

function sameModel(ModelId a, ModelId b) pure returns (bool) {
    return ModelId.unwrap(a) == ModelId.unwrap(b);
}

using {sameAccount as ==} for AccountId global;
using {sameDataset as ==} for DatasetId global;
using {sameModel as ==} for ModelId global;
