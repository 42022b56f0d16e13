"""The pipelines as a runtime of MLServer, in the tensors of its Open Inference Protocol."""

import numpy as np
from mlserver import MLModel
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.types import InferenceRequest, InferenceResponse

from service.bench import scikit


class Barchasb(MLModel):  # type: ignore[misc]  # not installed beside us
    """POST /v2/models/barchasb/infer."""

    async def load(self) -> bool:
        """Load the pipelines, once a worker."""
        self.tagger = scikit.load()
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Tag sentences: the tensors are `themes` and `type`, strings, and `scores`, shape (n_sentences, n_labels)."""
        tagged = self.tagger.tag_sentences(StringCodec.decode_input(payload.inputs[0]))
        return InferenceResponse(
            model_name=self.name,
            model_version=self.tagger.version,
            outputs=[
                StringCodec.encode_output("themes", [" ".join(each.tag.themes) for each in tagged]),
                StringCodec.encode_output("type", [str(each.tag.type) for each in tagged]),
                NumpyCodec.encode_output("scores", np.array([each.tag.scores for each in tagged])),
            ],
        )
