// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice An account: a number that credits point to, with a payout address that can change. Zero means none.
type AccountId is uint32;

/// @notice A dataset. Zero means none.
type DatasetId is uint32;

/// @notice A contribution, named by what it is: `keccak256(abi.encode(dataset, contributor, itemsRoot, itemCount))`.
type ContributionId is bytes32;

/// @notice A frozen dataset version: `dataset << 32 | number`, where numbers count from 1 within the dataset.
type VersionId is uint64;

/// @notice A model: a base, or a fine-tune of a parent on dataset versions. Zero means none.
type ModelId is uint32;

/// @notice A batch of inferences recorded in one transaction. Zero means none.
type BatchId is uint64;

/// @notice A bond: an account's own, named by its number, or a model's, named by `1 << 32 | number`.
type BondId is uint64;

/// @notice The bond that answers for the calls an account records, and for what it challenges.
function bondOf(AccountId account) pure returns (BondId) {
    return BondId.wrap(AccountId.unwrap(account));
}

/// @notice The bond that answers for a model's influence index.
function bondOf(ModelId model) pure returns (BondId) {
    return BondId.wrap((uint64(1) << 32) | ModelId.unwrap(model));
}

/// @notice The dataset that a version froze.
function datasetOf(VersionId version) pure returns (DatasetId) {
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
