"""What can go wrong with models: their files, their training data and the rows they are asked about."""

from netsentinel.kernel.errors import InvalidInputError, UnavailableError


class MissingExtraError(UnavailableError):
    """Models need packages that the base install leaves out; the sentence holds the command that installs them."""

    code = "missing-extra"
    title = "An optional part is not installed"


class ModelFileError(InvalidInputError):
    """A model file is damaged, too large, of an unknown version, or holds what no model file holds."""

    code = "model-file"
    title = "The model file cannot be used"


class ModelFileAwayError(ModelFileError):
    """A model file cannot be read here and now, which says nothing about the model: another try may do."""

    code = "model-file-away"
    title = "The model file cannot be read"


class ModelSignatureError(ModelFileError):
    """A model file is not signed by this installation, or was changed after it was signed."""

    code = "model-signature"
    title = "The model file is not signed by this installation"


class ModelSchemaError(InvalidInputError):
    """The rows have other columns than those that the model was trained on."""

    code = "model-schema"
    title = "The columns are not the model's"


class TrainingDataError(InvalidInputError):
    """A model cannot be trained or measured on these rows: too few, one class only, or no such label."""

    code = "training-data"
    title = "These rows cannot train a model"


class FeatureValueError(InvalidInputError):
    """A feature holds a value that no model can judge, such as infinity; the sentence names column and row."""

    code = "feature-value"
    title = "A feature has an impossible value"
